"""event_schemas"""
