"""Runs the service."""

from chassis.launching import launch


def main() -> None:
    launch("convocation")


if __name__ == "__main__":
    main()
