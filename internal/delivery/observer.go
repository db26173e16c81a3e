package delivery

import "time"

// Observer is told how sends end, for metrics. Any hook may be nil; each is
// called from many goroutines and must not block.
type Observer struct {
	// Sent: a message is out whole, so long after it was saved.
	Sent func(lane string, waited time.Duration)
	// Later: a try failed in a way that leaves the message in its queue.
	Later func(lane string, kind Kind)
	// Failed: a message became a dead letter.
	Failed func(lane, reason string)
	// Dropped: a message went unsent because nobody wants it any more.
	Dropped func(lane, reason string)
	// Age: the oldest of the messages just taken has waited so long.
	Age func(lane string, oldest time.Duration)
}

func (o Observer) sent(lane string, waited time.Duration) {
	if o.Sent != nil {
		o.Sent(lane, waited)
	}
}

func (o Observer) later(lane string, kind Kind) {
	if o.Later != nil {
		o.Later(lane, kind)
	}
}

func (o Observer) failed(lane, reason string) {
	if o.Failed != nil {
		o.Failed(lane, reason)
	}
}

func (o Observer) dropped(lane, reason string) {
	if o.Dropped != nil {
		o.Dropped(lane, reason)
	}
}

func (o Observer) age(lane string, oldest time.Duration) {
	if o.Age != nil {
		o.Age(lane, oldest)
	}
}
