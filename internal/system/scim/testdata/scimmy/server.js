// A SCIM server that nobody here wrote (npm: scimmy, scimmy-routers), over users and groups in memory. It prints the
// address at which it is.
const express = require("express");
const SCIMMY = require("scimmy").default || require("scimmy");
const Routers = require("scimmy-routers").default || require("scimmy-routers");
const { randomUUID } = require("node:crypto");

const token = process.env.SCIM_TOKEN;

// keep has the handlers of one type of resource.
function keep(type, seen) {
  const things = new Map();
  const missing = (id) => new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
  SCIMMY.Resources.declare(type)
    .ingress((resource, data) => {
      const id = resource.id || randomUUID();
      if (resource.id && !things.has(id)) throw missing(id);
      const thing = { ...JSON.parse(JSON.stringify(data)), id };
      things.set(id, thing);
      return seen(thing);
    })
    .egress((resource) => {
      if (resource.id) {
        if (!things.has(resource.id)) throw missing(resource.id);
        return seen(things.get(resource.id));
      }
      const all = [...things.values()].map(seen);
      return resource.filter ? resource.filter.match(all) : all;
    })
    .degress((resource) => {
      if (!things.delete(resource.id)) throw missing(resource.id);
    });
  return things;
}

const groups = keep(SCIMMY.Resources.Group, (group) => group);
keep(SCIMMY.Resources.User, (user) => ({
  ...user,
  groups: [...groups.values()]
    .filter((group) => (group.members || []).some((member) => member.value === user.id))
    .map((group) => ({ value: group.id, display: group.displayName })),
}));

const app = express();
app.use("/scim/v2", new Routers({
  type: "bearer",
  handler: (request) => {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("Authorization not detected!");
    return "";
  },
}));
const server = app.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/scim/v2`));
