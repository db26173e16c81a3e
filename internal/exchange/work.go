package exchange

// wakeWork makes the work loop look for letters at once.
func (x *Exchange) wakeWork() {
	select {
	case x.nudge <- struct{}{}:
	default: // it will look anyway
	}
}
