"""Grafana dashboards as code: made with Grafana's own SDK, committed as JSON in deploy/grafana (checks only)."""
