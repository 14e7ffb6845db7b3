package secret

// sleeper is what time alone has judged anew: a Secret, or a bundle of certificates.
type sleeper interface{ wake(d *dirt) }

func (it *item) wake(d *dirt)  { d.items[it] = struct{}{} }
func (b *bundle) wake(d *dirt) { d.bundles[b.ref] = struct{}{} }

// first gives the earlier of two moments, of which 0 is none.
func first(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
