"""What a person can do in the workspace: dialogs filled from the row under the cursor."""
