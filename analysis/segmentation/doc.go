// Package segmentation judges how a cluster is parted and what of it is open: findings NW01 to NW21. It rests on
// analysis/network, which knows what policies let through, and on analysis/exposure, which knows the ways in from outside.
//
// What is said of pods is said once for their top owner. What concerns policies, Services, Ingresses, Gateways, Routes and
// namespaces stands on the object itself. The conditions in the catalogue say when a finding holds and how it is graded;
// where its answer rests on what was not seen, or not evaluated, it says so and is never left out for that.
//
// An Analyser notes what changes and works it out by Flush. A change of one pod costs what its owner has of pods; a change
// of a policy what its namespace has.
package segmentation
