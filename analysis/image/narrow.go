package image

import (
	"slices"

	"canopy/model"
)

// Narrow leaves of an image what is used in some namespaces, and counts that anew; false where nothing is left. The verdict and its
// evidence are of the image, wherever it runs.
func (i *Image) Narrow(namespaces []string, exposed func(owner model.Ref) bool) bool {
	all := len(i.Uses)
	i.Uses = slices.DeleteFunc(slices.Clone(i.Uses), func(u Use) bool { return !slices.Contains(namespaces, u.Owner.Namespace) })
	if len(i.Uses) == all {
		return all > 0
	}
	i.Namespaces = slices.DeleteFunc(slices.Clone(i.Namespaces), func(n string) bool { return !slices.Contains(namespaces, n) })
	i.Containers, i.Pods, i.Exposed, i.References = 0, 0, false, nil
	// Containers of one owner run in the same pods.
	pods := map[model.Ref]int{}
	for j := range i.Uses {
		u := &i.Uses[j]
		i.Containers += u.Pods
		pods[u.Owner] = max(pods[u.Owner], u.Pods)
		i.Exposed = i.Exposed || exposed != nil && exposed(u.Owner)
		i.References = append(i.References, u.Reference)
		if j == 0 || worse(&u.Signature, &i.Signature) {
			i.Signature = u.Signature
		}
	}
	for _, n := range pods {
		i.Pods += n
	}
	slices.Sort(i.References)
	i.References = slices.Compact(i.References)
	return len(i.Uses) > 0
}
