"""Which packages are shipped; everything else stands in pyproject.toml.

The published schemas live in the top-level folder ``schemas/`` and are installed as the package ``crmrules_schemas``,
which works in a wheel and in an editable install alike. A mapped package cannot be found by pattern, and a list
written by hand forgets new folders: hence this file.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["crmrules", "crmrules.*"]), "crmrules_schemas"],
    package_dir={"crmrules_schemas": "schemas"},
)
