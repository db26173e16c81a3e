package chaos

import (
	"fmt"
	"strings"
	"time"
)

// span is a time during which something was broken on purpose.
type span struct {
	from, to time.Time
	what     string
	replica  string // whose; empty if it concerned everything
}

// Verdict is what a run showed.
type Verdict struct {
	Talked    time.Duration // how long persons sent messages
	Offered   int           // messages that they sent
	Accepted  int           // of them acknowledged
	Lost      int           // of them never answered
	Doubled   int           // messages that changed the state twice
	Replies   int           // distinct replies that arrived
	Letters   int           // distinct letters that arrived
	Cases     int           // cases that were opened
	Cards     int           // cards compared with their cases
	Unsent    int           // things said by officers that did not go out, as they know
	History   string        // how often what happened in cases, by the lines of their logs
	Explained int           // messages that arrived twice with a fault between
	Refused   int           // calls that found the door closed
	Unclear   int           // messages that arrived twice because the platform did not say it had taken the first
	Faults    []string
}

const maxFaults = 20

func (v *Verdict) fault(format string, args ...any) {
	if len(v.Faults) < maxFaults {
		v.Faults = append(v.Faults, fmt.Sprintf(format, args...))
	}
}

// missing is what has not arrived yet: a reply for every accepted message, and
// a letter for every reply.
func (p *Platform) missing() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	replied, letters := map[string]bool{}, map[string]bool{}
	for _, a := range p.arrivals {
		if id, ok := strings.CutPrefix(a.Text, letterText("")); ok {
			letters[id] = true
		} else if id, _, ok := number(a.Text); ok {
			replied[id] = true
		}
	}
	n := 0
	for id := range p.accepted {
		if !replied[id] {
			n++
		}
	}
	for id := range replied {
		if p.telegram == nil && !letters[id] {
			n++
		}
	}
	return n
}

// Judge compares what was accepted with what arrived. broken are the times at
// which something was broken on purpose; margin widens them, because what was
// on its way then may arrive a lease later.
func (p *Platform) Judge(broken []span, margin time.Duration) Verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := Verdict{Offered: len(p.offered), Accepted: len(p.accepted)}
	first := map[string]arrival{}
	numbers := map[string]int{}   // of an id
	owners := map[string]string{} // chat and number → id
	last := map[string]int{}      // highest number that arrived in a chat
	letters := map[string]bool{}
	for _, a := range p.arrivals {
		key := a.Chat + " " + a.Text
		if before, twice := first[key]; twice {
			v.double(before, a, broken, margin)
			continue
		}
		first[key] = a
		if id, ok := strings.CutPrefix(a.Text, letterText("")); ok {
			letters[id] = true
			continue
		}
		id, n, ok := number(a.Text)
		if !ok || !p.offered[id] {
			v.fault("%q arrived, which nobody asked for", a.Text)
			continue
		}
		if other, ok := numbers[id]; ok {
			v.Doubled++
			v.fault("message %s changed the state twice: as number %d and %d", id, other, n)
		}
		numbers[id] = n
		slot := fmt.Sprint(a.Chat, "#", n)
		if other, ok := owners[slot]; ok {
			v.fault("messages %s and %s are both number %d of their chat", other, id, n)
		}
		owners[slot] = id
		if n <= last[a.Chat] {
			v.fault("reply %d of %s arrived after %d", n, a.Chat, last[a.Chat])
		}
		last[a.Chat] = max(last[a.Chat], n)
	}
	v.Replies, v.Letters = len(numbers), len(letters)
	for id := range p.accepted {
		if _, ok := numbers[id]; !ok {
			v.Lost++
			v.fault("message %s was accepted and never answered", id)
		}
	}
	for id := range numbers {
		if p.telegram == nil && !letters[id] {
			v.fault("the letter about %s never arrived", id)
		}
	}
	perChat := map[string]int{}
	for slot := range owners {
		chat, _, _ := strings.Cut(slot, "#")
		perChat[chat]++
	}
	for chat, n := range perChat {
		if last[chat] != n {
			v.fault("%s counted to %d with %d replies", chat, last[chat], n)
		}
	}
	return v
}

// double explains a message that arrived twice, or finds that nothing does. A
// fault of either sender explains it: one that died before it could tell, or one
// that was frozen between its last look at the lease and its first byte.
func (v *Verdict) double(one, two arrival, broken []span, margin time.Duration) {
	if one.Unclear {
		v.Unclear++
		return
	}
	for _, s := range broken {
		if s.replica != "" && s.replica != one.By && s.replica != two.By {
			continue
		}
		if s.from.Add(-margin).Before(two.At) && s.to.Add(margin).After(one.At) {
			v.Explained++
			return
		}
	}
	v.fault("%q arrived twice, %v apart, and nothing was broken then", two.Text, two.At.Sub(one.At))
}
