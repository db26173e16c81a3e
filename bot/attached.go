package bot

// takeAttached returns what was sent a moment ago and goes along with a case.
func (t *turn) takeAttached() []Attachment { return nil }
