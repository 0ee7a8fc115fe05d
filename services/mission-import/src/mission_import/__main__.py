"""Runs the service."""

from chassis.launching import launch


def main() -> None:
    launch("mission_import")


if __name__ == "__main__":
    main()
