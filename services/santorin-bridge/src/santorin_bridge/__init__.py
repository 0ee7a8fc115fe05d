"""santorin-bridge"""
