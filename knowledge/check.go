package knowledge

func (d *draft) check(b *Base, o Options) {}
