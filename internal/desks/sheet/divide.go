package sheet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
)

// desk is what one desk of the file is made of.
type desk struct {
	id       string
	name     cell
	places   []cell // by id where it is known
	topics   []cell
	officers []*officer
	officer  cell // where the first of them stands
	traits   traits
}

// traits are the columns about a desk that are told once and hold for all its
// rows.
type traits struct{ term, room, head, hours, confidential, urgent, outside cell }

func (t *traits) each() []struct {
	column column
	value  *cell
} {
	return []struct {
		column column
		value  *cell
	}{
		{colTerm, &t.term}, {colRoom, &t.room}, {colHead, &t.head}, {colHours, &t.hours},
		{colConfidential, &t.confidential}, {colUrgent, &t.urgent}, {colOutside, &t.outside},
	}
}

// key is equal for what may be one desk.
func (t traits) key() string {
	var parts []string
	for _, e := range t.each() {
		parts = append(parts, fold(e.value.text))
	}
	return strings.Join(parts, "|")
}

// pair is a commune with a topic and who is responsible, in one unit.
type pair struct {
	place, topic cell
	officers     []*officer
	officer      cell
	traits       traits
}

// desks divides the units: where all of one unit have the same officers, promise
// and room it is one desk, else as many as it takes, each a whole rectangle of
// communes and topics, because that is what the file can say.
func (g *gathered) desks() []desk {
	taken := map[string]bool{}
	var out []desk
	for _, u := range g.units {
		parts := rectangles(g.pairs(u))
		for _, d := range parts {
			d.name = u.name
			d.id = unique(slug(u.name.text), "bo-phan", taken)
			out = append(out, d)
		}
	}
	return out
}

// pairs gathers the rows of a unit by commune and topic.
func (g *gathered) pairs(u *unit) []*pair {
	var common traits
	for _, r := range u.rows {
		for _, e := range common.each() {
			if e.value.empty() {
				*e.value = r[e.column]
			}
		}
	}
	var out []*pair
	for _, r := range u.rows {
		place, topic := g.known(r[colPlace], g.names.Place), g.known(r[colTopic], g.names.Topic)
		i := slices.IndexFunc(out, func(p *pair) bool { return same(p.place, place) && same(p.topic, topic) })
		if i < 0 {
			i = len(out)
			out = append(out, &pair{place: place, topic: topic, officer: r[colOfficer]})
		}
		p := out[i]
		for _, e := range p.traits.each() {
			g.same(e.value, r[e.column], fmt.Sprintf("cột «%s» của cùng xã, cùng chủ đề", e.column.heading()))
		}
		if o := g.find(r[colOfficer].text); o != nil && !slices.Contains(p.officers, o) {
			p.officers = append(p.officers, o)
		}
	}
	for _, p := range out {
		for i, e := range p.traits.each() {
			if e.value.empty() {
				*e.value = *common.each()[i].value
			}
		}
		g.complete(p)
	}
	return out
}

// complete tells a commune or a topic that is missing, or there for an address. Desks for what is
// confidential or urgent take everything where they say nothing.
func (g *gathered) complete(p *pair) {
	t := p.traits
	if !t.outside.empty() {
		for _, c := range []cell{p.place, p.topic, p.officer} {
			if !c.empty() {
				g.b.fail(c, "outside", "Dòng có địa chỉ ngoài thì không nhận việc.", "Để trống xã, chủ đề và cán bộ, hoặc xóa địa chỉ ngoài.")
			}
		}
		return
	}
	if yes(t.confidential) || yes(t.urgent) {
		return
	}
	if p.place.empty() {
		g.b.fail(p.place, "empty", "Chưa ghi xã, phường.", "Ghi tên xã, phường, hoặc «tất cả».")
	}
	if p.topic.empty() {
		g.b.fail(p.topic, "empty", "Chưa ghi chủ đề.", "Ghi tên chủ đề, hoặc «tất cả».")
	}
}

func yes(c cell) bool { return fold(c.text) == fold("có") }

// known writes a name as the id where that is known, so that two spellings of
// one commune are one.
func (g *gathered) known(c cell, find func(string) (string, bool)) cell {
	if id, ok := find(c.text); ok {
		c.text = id
	}
	return c
}

func same(a, b cell) bool { return keyOf(a) == keyOf(b) }

func keyOf(c cell) string { return fold(c.text) }

// rectangles divides pairs into desks: first by who and what is promised, then
// the communes of each by their topics.
func rectangles(pairs []*pair) []desk {
	var out []desk
	for _, alike := range groups(pairs, func(p *pair) string {
		parts := []string{p.traits.key()}
		for _, o := range p.officers {
			parts = append(parts, o.id)
		}
		return strings.Join(parts, "|")
	}) {
		places := groups(alike, func(p *pair) string { return keyOf(p.place) })
		for _, rows := range groups(places, func(place []*pair) string {
			var topics []string
			for _, p := range place {
				topics = append(topics, keyOf(p.topic))
			}
			slices.Sort(topics)
			return strings.Join(topics, "|")
		}) {
			d := desk{officers: rows[0][0].officers, officer: rows[0][0].officer, traits: rows[0][0].traits}
			for _, place := range rows {
				d.places = append(d.places, place[0].place)
			}
			for _, p := range rows[0] {
				d.topics = append(d.topics, p.topic)
			}
			out = append(out, d)
		}
	}
	return out
}

// groups divides a list by a key, in the order in which the keys appear.
func groups[T any](list []T, key func(T) string) [][]T {
	var out [][]T
	at := map[string]int{}
	for _, item := range list {
		k := key(item)
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], item)
	}
	return out
}

// headID writes whom the column of heads means as an id; what it does not know
// it leaves to the check.
func (g *gathered) headID(c cell) cell {
	if o := g.find(c.text); o != nil {
		c.text = o.id
	}
	return c
}

// coverIDs does the same within «01/12/2026 - 10/12/2026, thay: Chị Hoa».
func (g *gathered) coverIDs(c cell) cell {
	i := strings.LastIndex(strings.ToLower(c.text), "thay")
	if i < 0 || i+len("thay") > len(c.text) {
		return c
	}
	before, name := c.text[:i+len("thay")], strings.TrimLeft(c.text[i+len("thay"):], ": ")
	if o := g.find(strings.TrimSpace(name)); o != nil {
		c.text = before + ": " + o.id
	}
	return c
}

// common reads the sheet of what holds for all: a key and a value a row; a row
// without a key goes on with the last.
func (b *book) common(rows [][]cell) map[string][]cell {
	out := map[string][]cell{}
	key := ""
	for i, cells := range rows {
		if len(cells) == 0 {
			continue
		}
		if !cells[0].empty() {
			j := slices.IndexFunc(commonKeys(), func(k string) bool { return fold(k) == keyOf(cells[0]) })
			switch {
			case j >= 0:
				key = commonKeys()[j]
			case i == 0: // the headings
				continue
			default:
				cure := "Các mục dùng được: " + keyfile.Quoted(commonKeys()) + "."
				if near, ok := keyfile.Nearest(cells[0].text, commonKeys()); ok {
					cure = fmt.Sprintf("Có phải ý là «%s»?", near)
				}
				b.fail(cells[0], "key", fmt.Sprintf("Không có mục «%s».", keyfile.Brief(cells[0].text)), cure)
				key = ""
			}
		}
		if key == "" || len(cells) < 2 {
			continue
		}
		out[key] = append(out[key], split(b.date(cells[1]))...)
	}
	return out
}
