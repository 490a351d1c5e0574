"""``python -m runner``."""

import sys

try:
    from runner.cli.app import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    main()
