package zbfake

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

// AnyMessage stands for all methods that bring somebody a message.
const AnyMessage = "*"

// Fail lets the next n requests of a method meet f; n = 0 ends what is left of
// the method's faults.
func (s *Server) Fail(method string, n int, f Fault) {
	s.faults.Add(method, n, f.Skip, f)
}

func (s *Server) takeFault(method string) *Fault {
	if bringsMessage(method) {
		return s.faults.Take(method, AnyMessage)
	}
	return s.faults.Take(method)
}

func bringsMessage(method string) bool {
	switch method {
	case "sendMessage", "sendPhoto", "sendVoice", "sendSticker":
		return true
	}
	return false
}
