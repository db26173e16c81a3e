package knowledge

import "slices"

// Base is a knowledge base as loaded. Its fields are read only.
type Base struct {
	Entries   []Entry // by id, then by From: all versions
	Figures   []Figure
	Places    []Place
	Lexicon   Lexicon
	Topics    []Topic
	Referrals []Referral
	Phrases   []Phrase
	Learning  []Question // cau_hoi_hoc
	Tests     []Question // cau_hoi_thu

	// Digest is the hex SHA-256 of all files; equal bases have equal digests.
	Digest string

	// Calibration is what Calibrate fitted to this base (hieu_chinh.json), nil for
	// a base without.
	Calibration *Calibration

	// Models is what [Matcher.StoreModels] wrote (mo_hinh.bin), nil for a base
	// without. It is no part of the digest: it follows from the rest.
	Models []byte

	versions map[string][]Entry // id → part of Entries
	ids      []string
	figures  map[string]int // id → index of Figures
	pictures map[string][]byte
}

// Version names the content shortly, for logs and stored conversations.
func (b *Base) Version() string { return b.Digest[:12] }

// IDs returns the ids of all entries, sorted.
func (b *Base) IDs() []string { return b.ids }

// Versions returns all versions of an entry, oldest first; nil if there is none.
func (b *Base) Versions(id string) []Entry { return b.versions[id] }

// Entry returns the version valid on the day. It is false if there is none:
// a version of another day never stands in.
func (b *Base) Entry(id string, on Date) (Entry, bool) {
	for _, e := range b.versions[id] {
		if e.HoldsOn(on) {
			return e, true
		}
	}
	return Entry{}, false
}

// Picture returns the bytes of a picture that an entry shows, by its
// [Picture.Key]: JPEG or PNG, at most 1 MiB. Nobody changes them.
func (b *Base) Picture(key string) (data []byte, ok bool) {
	data, ok = b.pictures[key]
	return data, ok
}

// Topic returns a topic by id.
func (b *Base) Topic(id string) (Topic, bool) {
	i := slices.IndexFunc(b.Topics, func(t Topic) bool { return t.ID == id })
	if i < 0 {
		return Topic{}, false
	}
	return b.Topics[i], true
}

// Referral returns a subject out of scope by id.
func (b *Base) Referral(id string) (Referral, bool) {
	i := slices.IndexFunc(b.Referrals, func(r Referral) bool { return r.ID == id })
	if i < 0 {
		return Referral{}, false
	}
	return b.Referrals[i], true
}

// Phrase returns a phrase by id.
func (b *Base) Phrase(id string) (Phrase, bool) {
	i := slices.IndexFunc(b.Phrases, func(p Phrase) bool { return p.ID == id })
	if i < 0 {
		return Phrase{}, false
	}
	return b.Phrases[i], true
}
