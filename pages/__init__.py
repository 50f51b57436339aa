"""What people read: frozen values in, bytes out."""
