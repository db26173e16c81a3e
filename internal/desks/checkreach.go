package desks

import (
	"fmt"
	"slices"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/worktime"
)

// reachable tells a person whom the program can write to, now or once the
// invitation is taken. Of one whose chat is written wrongly that has been told.
func (d *draft) reachable(o Officer) bool { return len(o.Chats) > 0 || o.Invited || d.unsure[o.ID] }

// checkReach goes through every commune and every topic, on every day on which
// presence changes: somebody must be there, and be reachable.
func (d *draft) checkReach() {
	pairs := d.pairs()
	states := make([]state, len(d.out.desks))
	var before [2]int // pairs with nobody, or nobody to write to, on the day before
	for _, day := range d.turns() {
		now := d.presence(day)
		var nobody, silent []pair
		for _, pair := range pairs {
			i := slices.IndexFunc(pair.candidates, func(c int) bool { return now[c] != empty })
			switch {
			case i < 0:
				nobody = append(nobody, pair)
			case now[pair.candidates[i]] == mute:
				silent = append(silent, pair)
			}
		}
		if len(nobody) > before[0] {
			d.tellUnreached(day, "nobody", "không có ai nhận", nobody)
		}
		if len(silent) > before[1] {
			d.tellUnreached(day, "silent", "người nhận chưa có chat, không nhắn được cho ai", silent)
		}
		before = [2]int{len(nobody), len(silent)}
		for i := range states {
			if now[i] != states[i] {
				d.tellState(i, day, now[i])
			}
		}
		states = now
	}
	d.checkConfidential()
}

// checkConfidential misses a desk for what is confidential.
func (d *draft) checkConfidential() {
	if !slices.ContainsFunc(d.out.desks, func(desk Desk) bool { return desk.Confidential }) {
		d.r.Warn(d.keyAt(keyDesks), "no-confidential", "Chưa có bộ phận kín: chuyện tố cáo, bạo hành sẽ chỉ được chỉ chỗ hỏi, không ai nhận.",
			fmt.Sprintf("Thêm một bộ phận với «%s: có» và một cán bộ.", keyConfidential))
	}
}

// pair is a place with a topic and who is responsible, most specific first.
type pair struct {
	place, topic string
	candidates   []int
}

func (d *draft) pairs() []pair {
	var out []pair
	for _, place := range append([]string{""}, d.places.ids...) {
		for _, topic := range append([]string{""}, d.topics.ids...) {
			out = append(out, pair{place, topic, d.out.candidates(ordinary, place, topic)})
		}
	}
	return out
}

// state is how a desk is on a day.
type state int

const (
	manned state = iota
	mute         // somebody is there, but nobody, not even the room, can be written to
	empty        // nobody is there
)

func (d *draft) presence(day worktime.Day) []state {
	states := make([]state, len(d.out.desks))
	for i, desk := range d.out.desks {
		acting := d.out.present(desk.Officers, day)
		switch {
		case len(acting) == 0:
			states[i] = empty
		case desk.Room == bot.ChatID{} && !slices.ContainsFunc(acting, func(id string) bool { return d.reachable(d.out.officers[id]) }):
			states[i] = mute
		}
	}
	return states
}

func (d *draft) tellUnreached(day worktime.Day, code, what string, pairs []pair) {
	if len(pairs) == 0 {
		return
	}
	example := pairs[len(pairs)-1]
	d.r.Err(d.docs[d.out.byID[d.out.catchAll]].At(keyOfficers), code,
		fmt.Sprintf("Từ ngày %s có %d cặp địa bàn và chủ đề %s, ví dụ %s ở %s.", day, len(pairs), what,
			d.label(d.topics, example.topic, "câu chưa rõ chủ đề"), d.label(d.places, example.place, "nơi chưa rõ")),
		"Thêm người cho bộ phận nhận mọi việc, ghi người thay trong «"+keyAbsent+"», hoặc ghi «"+keyChat+"».")
}

// tellState tells a desk that is empty, or cannot be written to, from a day on.
// Those for what is confidential or urgent have nobody behind them.
func (d *draft) tellState(i int, day worktime.Day, s state) {
	desk, at := d.out.desks[i], d.docs[i].At(keyOfficers)
	reserved := desk.Confidential || desk.Urgent
	switch {
	case desk.IsOutside() || desk.ID == d.out.catchAll: // the one has no people, the other was looked at with the pairs
	case s == mute && reserved:
		d.r.Err(at, "silent", fmt.Sprintf("Từ ngày %s không nhắn được cho ai của bộ phận «%s»: chưa có chat.", day, desk.ID), "Ghi «"+keyChat+"», hoặc «"+keyInvited+": có».")
	case s == empty && reserved:
		d.r.Err(at, "empty", fmt.Sprintf("Từ ngày %s bộ phận «%s» không còn ai, mà việc kín hay gấp không chuyển cho bộ phận khác.", day, desk.ID), "Ghi người thay trong «"+keyAbsent+"».")
	case s == empty:
		d.r.Warn(at, "empty", fmt.Sprintf("Từ ngày %s bộ phận «%s» không còn ai; việc sẽ chuyển cho bộ phận rộng hơn.", day, desk.ID), "Ghi người thay trong «"+keyAbsent+"» nếu không muốn vậy.")
	}
}

// checkLadder demands that every rung, seen from every desk and on every day,
// reaches somebody who can be written to. Of a rung the first failure is told.
func (d *draft) checkLadder() {
	d.checkHead()
	days := d.turns()
	for i := range d.out.ladder {
		if desk, day, ok := d.unreached(i, days); ok {
			d.r.Err(d.rules[i].at, "rung", fmt.Sprintf("Từ ngày %s mức nhắc này không tới được ai của bộ phận «%s».", day, desk.ID),
				"Nhắc thêm «chung» hoặc «trưởng», hoặc ghi «"+keyChat+"» cho người nhận.")
		}
	}
}

// unreached finds a desk and a day for which a rung reaches nobody.
func (d *draft) unreached(rung int, days []worktime.Day) (Desk, worktime.Day, bool) {
	for _, day := range days {
		at := day.Noon(d.world.Zone)
		for _, desk := range d.out.desks {
			if desk.IsOutside() {
				continue
			}
			if !slices.ContainsFunc(d.out.Rungs(desk.ID)[rung].To, func(t Target) bool {
				people, room := d.out.Recipients(t, at)
				return room != bot.ChatID{} || slices.ContainsFunc(people, d.reachable)
			}) {
				return desk, day, true
			}
		}
	}
	return Desk{}, 0, false
}

// checkHead demands a head where the ladder climbs to one.
func (d *draft) checkHead() {
	i := slices.IndexFunc(d.out.ladder, func(r rule) bool {
		return slices.ContainsFunc(r.to, func(w word) bool { return w.kind == wordHead })
	})
	if i >= 0 && d.out.CatchAll().Head == "" {
		d.r.Err(d.rules[i].at, "head", fmt.Sprintf("Nhắc «trưởng» mà bộ phận «%s» chưa có khóa «%s».", d.out.catchAll, keyHead),
			fmt.Sprintf("Thêm «%s: mã-cán-bộ» vào bộ phận «%s».", keyHead, d.out.catchAll))
	}
}
