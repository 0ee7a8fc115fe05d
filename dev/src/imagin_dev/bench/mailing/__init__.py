"""Mails beside a bare sender."""
