"""What a cell needs: locks, images and venvs, and the engines that make and run them."""
