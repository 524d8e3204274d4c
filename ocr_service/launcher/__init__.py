"""The container's first process: starts the app and the genai server beside it, and ends both in order."""
