package network

// String names the class for people: everything, shop, shop (tier=web). It holds text of the cluster.
func (c ClassName) String() string {
	switch {
	case c.Namespace == "":
		return "everything"
	case c.Labels == "":
		return c.Namespace
	}
	return c.Namespace + " (" + c.Labels + ")"
}

// String says what the difference is about: shop (app=web) → payments (app=db): TCP 5432. It holds text of the cluster.
func (s *Shift) String() string {
	return s.Src.String() + " → " + s.Dst.String() + ": " + s.Connections.String()
}
