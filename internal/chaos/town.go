package chaos

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed can_bo.yaml
var desksFile string

// desksFor is the file of the desks on a day: offices that never close, but for
// the days of Tết that the file must name, which are put where none is near.
func desksFor(now time.Time) string {
	month := "03"
	if now.Month() == time.February || now.Month() == time.March {
		month = "01"
	}
	var days []string
	for year := now.Year(); year <= now.Year()+1; year++ {
		days = append(days, fmt.Sprintf("  10/%s/%d - 14/%s/%d", month, year, month, year))
	}
	return strings.Replace(desksFile, "{tết}", strings.Join(days, "\n"), 1)
}

// town is everybody of a run with officers, and what they did.
type town struct {
	platform  *Platform
	residents []*resident
	officers  []*officer

	mu    sync.Mutex
	deeds []deed
}

// deed is a message of a person, as it went out.
type deed struct {
	update
	from     time.Time
	accepted bool
	code     string // of the case it was meant for, if that was clear
	token    string // unique, in Text or in the draft that is sent; empty for none
}

// room is where the desk that takes everything meets.
const room = "-1001"

func newTown(p *Platform, plan Plan) *town {
	t := &town{platform: p}
	for i := range plan.Chats {
		t.residents = append(t.residents, &resident{person: newPerson(t, strconv.Itoa(1001+i), i%2 == 1, plan.Pause)})
	}
	// As in can_bo.yaml; the lazy one is not here.
	for _, o := range []struct {
		id, chat  string
		impatient bool
		rooms     bool
	}{{"lan", "101", false, true}, {"hoa", "102", true, false}, {"binh", "103", false, true}, {"sang", "104", false, false}, {"tu", "106", true, true}} {
		own := &officer{person: newPerson(t, o.chat, o.impatient, plan.Pause/4), id: o.id, shown: map[string]arrival{}}
		t.officers = append(t.officers, own)
		if o.rooms {
			in := &officer{person: newPerson(t, room, false, plan.Pause/2), id: o.id, shown: map[string]arrival{}}
			in.sender, in.name = o.chat, o.id+"-room"
			t.officers = append(t.officers, in)
		}
	}
	return t
}

// live lets everybody live until enough is closed.
func (t *town) live(ctx context.Context, enough <-chan struct{}, all *sync.WaitGroup) {
	for _, r := range t.residents {
		all.Go(func() { r.live(ctx, enough, r.act) })
	}
	for _, o := range t.officers {
		all.Go(func() { o.live(ctx, enough, o.act) })
	}
}

// person is somebody with one chat before the eyes.
type person struct {
	town   *town
	way    talker
	name   string // in the ids of messages
	chat   string
	sender string
	pause  time.Duration
	seen   int // arrivals of the platform that were looked at
	sent   int
}

func newPerson(t *town, chat string, impatient bool, pause time.Duration) person {
	p := person{town: t, chat: chat, sender: chat, name: chat, pause: pause, way: talker{path: patientPath, retry: patiently}}
	if impatient {
		p.way.path, p.way.retry = impatientPath, impatiently
	}
	return p
}

// live does something now and then.
func (p *person) live(ctx context.Context, enough <-chan struct{}, act func(context.Context)) {
	for Wait(ctx, p.pause/2+rand.N(p.pause)) { //nolint:gosec // no secret
		select {
		case <-enough:
			return
		default:
			act(ctx)
		}
	}
}

// look returns what is new on the screen.
func (p *person) look() []arrival {
	fresh, all := p.town.platform.inbox(p.chat, p.seen)
	p.seen = all
	return fresh
}

// token returns a word that nobody has written yet.
func (p *person) token() string { return fmt.Sprintf("%s-%d.", p.name, p.sent) }

// send brings what the person does, and notes it.
func (p *person) send(ctx context.Context, d deed) bool {
	d.Chat, d.Sender, d.ID, d.from = p.chat, p.sender, fmt.Sprintf("%s#%d", p.name, p.sent), time.Now()
	p.sent++
	body := encode(d.update)
	d.accepted = p.town.platform.deliver(ctx, p.way, d.ID, body)
	if rand.IntN(20) == 0 { //nolint:gosec // as above
		p.town.platform.push(ctx, p.way.path, body)
	}
	p.town.mu.Lock()
	defer p.town.mu.Unlock()
	p.town.deeds = append(p.town.deeds, d)
	return d.accepted
}

// oneOf returns any of them.
func oneOf[T any](all []T) T { return all[rand.IntN(len(all))] } //nolint:gosec // as above

// chance is true n times of a hundred.
func chance(n int) bool { return rand.IntN(100) < n } //nolint:gosec // as above
