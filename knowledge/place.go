package knowledge

// Place is a commune of today with the names it had.
type Place struct {
	ID          string
	Name        string
	Kind        string   // "xã", "phường", "đặc khu"
	OldNames    []string // communes merged into it, its own name among them if it was kept
	OldDistrict string   // before 01/07/2025
	Phone       string   // to ask at, as people write it; empty if none is on file
	Areas       []string // values of "nơi" that hold for the whole commune: "biên giới", "đảo" …
}
