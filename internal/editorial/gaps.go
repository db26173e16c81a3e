package editorial

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/escalation"
)

// enough is how many residents must have asked a thing before the words of one of
// them are shown unasked.
const enough = 3

// Gap is a group of questions that went to officers.
type Gap struct {
	Count    int      `json:"count"`
	Near     string   `json:"near,omitempty"`       // the entry nearest to them; empty for none
	Example  string   `json:"example,omitempty"`    // the question most like the others, stripped; empty if too few asked
	Topics   []string `json:"topics,omitempty"`     // ids, sorted
	Communes int      `json:"communes"`             // how many they came from; those not known are none
	Answered int      `json:"answered"`             // cases that an officer answered
	Entry    string   `json:"entry,omitempty"`      // the entry that officers sent most
	Sent     int      `json:"sent_count,omitempty"` // in how many of the cases
}

// Gaps groups the questions of cases by the entry they are nearest to and by
// their words, the biggest group first. Cases without words, proposals, and what
// is urgent or confidential are left out. An example stands only in a group of
// three residents and more, unless all is wanted. Equal cases give equal groups,
// in whatever order they come.
func Gaps(cases []escalation.Case, all bool) []Gap {
	near := map[string][]escalation.Case{}
	for _, c := range cases {
		if isQuestion(c) && question(c) != "" {
			near[nearest(c)] = append(near[nearest(c)], c)
		}
	}
	gaps := []Gap{}
	for _, entry := range slices.Sorted(maps.Keys(near)) {
		gaps = append(gaps, gapsNear(entry, near[entry], all)...)
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int {
		return cmp.Or(-cmp.Compare(a.Count, b.Count), cmp.Compare(a.Near, b.Near))
	})
	return gaps
}

// isQuestion reports whether the words of a case may be worked with at all.
func isQuestion(c escalation.Case) bool { return c.Matter == bot.MatterQuestion || c.Matter == "" }

// question is what was asked: with the case, or before it was sent.
func question(c escalation.Case) string {
	if text := strings.TrimSpace(c.Question); text != "" || len(c.Turns) == 0 {
		return text
	}
	return strings.TrimSpace(c.Turns[len(c.Turns)-1].Asked)
}

func nearest(c escalation.Case) string {
	if len(c.Near) == 0 {
		return ""
	}
	return c.Near[0]
}

func gapsNear(entry string, cases []escalation.Case, all bool) []Gap {
	slices.SortFunc(cases, func(a, b escalation.Case) int { return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(a.Code, b.Code)) })
	sets := make([][]string, len(cases))
	for i, c := range cases {
		sets[i] = wordSet(question(c))
	}
	var gaps []Gap
	for _, group := range link(sets) {
		g := gapOf(cases, group)
		g.Near = entry
		if all || people(cases, group) >= enough {
			g.Example = Strip(question(cases[central(sets, group)]))
		}
		gaps = append(gaps, g)
	}
	return gaps
}

func people(cases []escalation.Case, group []int) int {
	chats := map[bot.ChatID]bool{}
	for _, i := range group {
		chats[cases[i].Chat] = true
	}
	return len(chats)
}

func gapOf(cases []escalation.Case, group []int) Gap {
	g := Gap{Count: len(group)}
	topics, communes, sent := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, i := range group {
		c := cases[i]
		topics[c.Topic], communes[c.Place] = true, true
		answered, entries := answersOf(c)
		if answered {
			g.Answered++
		}
		for _, entry := range entries {
			sent[entry]++
		}
	}
	delete(topics, "")
	delete(communes, "")
	g.Topics, g.Communes = slices.Sorted(maps.Keys(topics)), len(communes)
	for _, entry := range slices.Sorted(maps.Keys(sent)) {
		if sent[entry] > g.Sent {
			g.Entry, g.Sent = entry, sent[entry]
		}
	}
	return g
}

// answersOf tells whether an officer answered, and which entries were sent, each
// once.
func answersOf(c escalation.Case) (answered bool, entries []string) {
	for _, s := range c.Said {
		switch s.Kind {
		case escalation.SaidAnswer, escalation.SaidDone:
			answered = true
		case escalation.SaidEntry:
			answered = true
			if !slices.Contains(entries, s.Entry) {
				entries = append(entries, s.Entry)
			}
		}
	}
	return answered, entries
}
