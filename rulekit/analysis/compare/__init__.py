"""Where two rulesets decide differently, exactly."""
