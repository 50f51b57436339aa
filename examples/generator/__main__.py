"""`python -m examples.generator [FOLDER]`: write the examples anew, by default in examples/."""

import sys
from pathlib import Path

from examples.generator.write import write

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    print(f"{write(folder)} files written under {folder}")
