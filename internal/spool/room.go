package spool

// MaxBytes returns what the files in use may have at most; see [Spool.Bytes].
func (s *Spool) MaxBytes() int64 { return s.options.MaxBytes }
