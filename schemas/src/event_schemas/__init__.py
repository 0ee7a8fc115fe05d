"""Topics, events and their JSON Schemas: besides the chassis, the only thing two services share (docs/architecture)."""
