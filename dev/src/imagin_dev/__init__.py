"""imagin_dev"""
