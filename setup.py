"""What pyproject.toml cannot say: the measured cards of docs/detectors go into the wheel, beside who reads them."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CARDS = Path(__file__).resolve().parent / "docs" / "detectors"


class WithCards(build_py):
    """Build the packages, and lay the cards into `lantian/screening/measured`; a checkout reads its own."""

    def run(self) -> None:
        super().run()
        if getattr(self, "editable_mode", False):
            return
        folder = Path(self.build_lib) / "lantian" / "screening" / "measured"
        self.mkpath(str(folder))
        for card in sorted(CARDS.glob("[A-Z][0-9][0-9].md")):
            self.copy_file(str(card), str(folder / card.name))


if __name__ == "__main__":
    setup(cmdclass={"build_py": WithCards})
