"""The parts of Analyze: right and wrong answers, inside the layers, changed inputs."""
