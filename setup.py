"""The packages of setup.cfg, and two folders of files that lie beside the code."""

from setuptools import Distribution, setup


class WithFolders(Distribution):
    def parse_config_files(self, *args, **kwargs):
        super().parse_config_files(*args, **kwargs)
        self.packages += [name for name in self.package_dir if name not in self.packages]


setup(distclass=WithFolders)
