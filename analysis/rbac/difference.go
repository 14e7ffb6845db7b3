package rbac

// Difference is what sets two identities apart.
type Difference struct {
	// OnlyA are permissions of the first that no permission of the second covers, OnlyB the other way round. Sorted.
	OnlyA []Granted `json:"onlyA"`
	OnlyB []Granted `json:"onlyB"`
	// Common counts the permissions, in the words of the rules of both, that both hold.
	Common int `json:"common"`
}

// Difference compares what two identities hold, whatever the words: what a broader permission of the other covers is common.
func (a *Analyser) Difference(x, y User, scopes Scopes) Difference {
	return Differ(a.Permissions(x, scopes), a.Permissions(y, scopes))
}

// Differ compares two lists that Permissions gave.
func Differ(a, b []Granted) Difference {
	heldA, heldB := setOf(a), setOf(b)
	var d Difference
	for i := range a {
		if heldB.covers(&a[i].Permission) {
			d.Common++
		} else {
			d.OnlyA = append(d.OnlyA, a[i])
		}
	}
	for i := range b {
		switch _, counted := heldA.has[b[i].Permission]; {
		case counted:
		case heldA.covers(&b[i].Permission):
			d.Common++
		default:
			d.OnlyB = append(d.OnlyB, b[i])
		}
	}
	return d
}

func setOf(list []Granted) *permissionSet {
	permissions := make([]Permission, len(list))
	for i := range list {
		permissions[i] = list[i].Permission
	}
	return newPermissionSet(permissions)
}
