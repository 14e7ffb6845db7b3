package model

// GroupOwn is the group of the kinds that no server has: Canopy makes their records itself, of what it was given or has looked
// at besides the cluster, so that they come and go as Changes like everything else.
const GroupOwn = "canopy"

// own is data: the kinds of that group.
var own = [...]Kind{
	{GroupOwn, "v1", "Cluster", "clusters", false},
	{GroupOwn, "v1", "ImageScan", "imagescans", false},
	{GroupOwn, "v1", "ImageSignature", "imagesignatures", false},
	{GroupOwn, "v1", "SecretFacts", "secretfacts", true},
	{GroupOwn, "v1", "Sweep", "sweeps", true},
	{GroupOwn, "v1", "KubeletFacts", "kubeletfacts", false},
}

// OwnKind finds a kind of Canopy's own by name. It panics where there is none: the names are part of the program.
func OwnKind(name string) *Kind {
	for i := range own {
		if own[i].Kind == name {
			return &own[i]
		}
	}
	panic("model: no kind " + name + " of its own")
}

// ClusterRef names the cluster itself, for findings on what it lacks as a whole. There is no such object.
func ClusterRef() Ref { return OwnKind("Cluster").Ref("", "cluster") }
