package desks

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/keyfile"
	"github.com/doithoai/doithoai/internal/strictyaml"
	"github.com/doithoai/doithoai/internal/worktime"
	"github.com/doithoai/doithoai/knowledge"
)

// FileName is what the file is usually called.
const FileName = "can_bo.yaml"

// World is what a file is checked against.
type World struct {
	Places []knowledge.Place
	Topics []knowledge.Topic
	Zone   *time.Location // of the clock times and dates in the file; nil is UTC
}

// Load reads and checks a file. Name is what the report calls it. Now decides
// which holidays must be known and which absences are still to come. The result
// is nil if any fault is an error. No fault holds the id of a chat.
func Load(name string, data []byte, world World, now time.Time) (*Desks, Report) {
	if world.Zone == nil {
		world.Zone = time.UTC
	}
	var faults []Fault
	d := &draft{
		r:      &keyfile.Reader{File: name, Faults: &faults},
		world:  world,
		now:    now.In(world.Zone),
		places: placeIndex(world.Places),
		topics: topicIndex(world.Topics),
		people: newNameIndex("cán bộ"),
		groups: newNameIndex("bộ phận"),
		unsure: map[string]bool{},
		out: &Desks{
			officers:  map[string]Officer{},
			byID:      map[string]int{},
			byChat:    map[bot.ChatID]string{},
			calendars: map[string]*worktime.Calendar{},
			zone:      world.Zone,
			version:   version(data),
		},
	}
	if n := d.r.Decode(data); n != nil {
		d.read(n)
	}
	report := Report{Faults: keyfile.Sort(faults), Files: 1}
	if !report.OK() {
		return nil, report
	}
	return d.out, report
}

func version(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:6])
}

// draft is a file while it is read and checked.
type draft struct {
	r     *keyfile.Reader
	world World
	now   time.Time // in the zone of the file
	file  fileDoc

	places, topics *nameIndex
	people, groups *nameIndex // of the file

	week     worktime.Week // of all
	weekRead bool
	unsure   map[string]bool // officers with a chat that could not be read
	special  special
	docs     []*deskDoc // beside out.desks
	rules    []ruleDoc  // beside out.ladder

	// broken: something is missing that what comes later would stumble over
	// again. It is told where it is, and not once more wherever it is missed.
	broken bool
	out    *Desks
}

func (d *draft) today() worktime.Day { return worktime.DayOf(d.now) }

func (d *draft) read(n *strictyaml.Node) {
	d.file = keyfile.ReadMap(d.r, n, fileTable())
	if common := d.file.Mark(keyHours); common != nil && (common.Kind != strictyaml.Text || common.Text != "") {
		d.week, d.weekRead = hours(d.r, keyHours, common)
	}
	d.broken = !d.weekRead
	d.special = readSpecial(d.r, &d.file)
	if d.weekRead {
		d.special.checkSwaps(d.r, d.week)
	}
	d.special.checkYears(d.r, d.keyAt, d.now)
	d.readOfficers()
	d.readDesks()
	d.readLadder()
	d.checkAbsences()
	d.checkRooms()
	d.checkCatchAll()
	d.checkSpecificity()
	if !d.broken {
		d.checkReach()
		d.checkLadder()
	}
}

// keyAt returns where a key of the file stands, or the beginning.
func (d *draft) keyAt(key string) strictyaml.Position { return d.file.At(key) }

func (d *draft) fail(at strictyaml.Position, code, message, cure string) {
	d.broken = true
	d.r.Err(at, code, message, cure)
}
