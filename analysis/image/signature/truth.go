package signature

// truth is whether something holds: policies have parts that are not evaluated, and then nobody knows.
type truth uint8

const (
	no truth = iota
	perhaps
	yes
)

// not turns it round; what nobody knows stays so.
func (t truth) not() truth { return yes - t }

func truthOf(holds bool) truth {
	if holds {
		return yes
	}
	return no
}
