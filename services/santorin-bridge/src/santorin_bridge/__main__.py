"""Runs the service."""

from chassis.launching import launch


def main() -> None:
    launch("santorin_bridge")


if __name__ == "__main__":
    main()
