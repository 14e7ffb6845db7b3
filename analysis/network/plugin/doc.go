// Package plugin finds out what stands between the policies of a cluster and its packets: which network plug-in there is and
// whether it obeys policies, and which policies only it understands.
//
// A plug-in is told by the DaemonSet of its agent, which runs on every node. What decides whether it obeys policies is read
// where the agent reads it: flags and environment of the container, and the ConfigMap of facts. Only a DaemonSet in a
// namespace that the plug-in's own manifests use counts as proof, since anybody who may write a DaemonSet somewhere may
// choose its name; another one gives the plug-in its name, and leaves it unverified. Nothing here looks at pods.
package plugin
