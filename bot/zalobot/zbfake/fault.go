package zbfake

import "slices"

// Fault is what happens to a request in place of an answer. Exactly one of
// Code, Body, Hang, Drop and Break is set.
type Fault struct {
	Code        int    // refused with this
	Description string // …in the platform's form
	Body        string // answered with this, as a proxy in between would
	Status      int    // …and this
	Hang        bool   // never answered, nothing done
	Drop        bool   // the line breaks, nothing done
	Break       bool   // done, but the line breaks before the answer

	Skip int // so many requests pass before the first one meets it
}

type fault struct {
	Fault
	method string
	left   int
}

// AnyMessage stands for all methods that bring somebody a message.
const AnyMessage = "*"

// Fail lets the next n requests of a method meet f; n = 0 ends what is left of
// the method's faults.
func (s *Server) Fail(method string, n int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == 0 {
		s.faults = slices.DeleteFunc(s.faults, func(f *fault) bool { return f.method == method })
		return
	}
	s.faults = append(s.faults, &fault{f, method, n})
}

func (s *Server) takeFault(method string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.method != method && (f.method != AnyMessage || !bringsMessage(method)) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.left--; f.left <= 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return &f.Fault
	}
	return nil
}

func bringsMessage(method string) bool {
	switch method {
	case "sendMessage", "sendPhoto", "sendVoice", "sendSticker":
		return true
	}
	return false
}
