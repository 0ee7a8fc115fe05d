"""convocation"""
