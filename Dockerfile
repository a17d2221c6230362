# syntax=docker/dockerfile:1

# Builds and packs the program. Nothing but the tarball leaves this stage.
FROM node:24-bookworm-slim AS build
WORKDIR /source
COPY . .
RUN npm ci
RUN npm pack --pack-destination /packed

# The program: Node, the installed tarball, an unprivileged user. No compiler, no git, no sources.
# A test runs every RUN line of this stage in an empty folder, with the packed tarball beside it.
FROM node:24-bookworm-slim
ENV NODE_ENV=production
COPY --from=build --chown=node:node /packed/ /home/node/mainward/
USER node
WORKDIR /home/node/mainward
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund ./mainward-*.tgz
RUN rm ./mainward-*.tgz && mkdir state
# Mount the repository at /repository (writable: the history branch lives in it) or name an http(s) URL in its place.
VOLUME /home/node/mainward/state
EXPOSE 8080 8081 8090
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/v2/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/home/node/mainward/node_modules/.bin/mainward"]
# Every address inside of the container: what is reachable from outside is decided where ports are published.
CMD ["up", "/repository", "--state", "/home/node/mainward/state", "--host", "0.0.0.0", "--allow-anonymous"]
