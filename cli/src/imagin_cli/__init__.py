"""imagin_cli"""
