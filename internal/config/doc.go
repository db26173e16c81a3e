// Package config knows the settings of the program: the file doithoai.yaml,
// the environment over it, and the defaults under both.
//
// Load finds all faults in one run and names each with its place and its cure,
// because the person who reads them edits the file by hand. A setting nobody
// knows is a fault too: a misspelt key that is ignored in silence is the worst
// kind of default. The table in keys.go is the only list of settings; the
// file, the environment, the secrets' files and «config show» all read it.
//
// What a setting switches on is decided in internal/app.
package config
