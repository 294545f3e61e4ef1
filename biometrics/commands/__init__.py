"""`python -m biometrics`, a module a subject; `biometrics.__main__` puts them together."""
