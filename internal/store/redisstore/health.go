package redisstore

// Down returns the addresses of the servers in use that do not answer, none if
// all is well. It asks nobody: the calls of others tell.
func (s *Store) Down() []string {
	var down []string
	for _, n := range s.layout.Load().masters() {
		if _, cause := n.use(); cause != nil {
			down = append(down, n.addr)
		}
	}
	return down
}
