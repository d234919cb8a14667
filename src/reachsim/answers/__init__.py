"""What people ask of a network: expectations, exposure, isolation, differences. Nothing here prints."""
