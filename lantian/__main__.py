"""`lantian` and `python -m lantian`."""

import sys

from lantian.config.commands import main

if __name__ == "__main__":
    sys.exit(main())
