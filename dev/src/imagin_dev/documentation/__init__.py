"""The documentation site: the project's Markdown pages and the services' HTTP APIs, made by Zensical (docs/release.md).

It loads nothing from another host: fonts are the machine's own, and the integrators' site is put beside it.
"""
